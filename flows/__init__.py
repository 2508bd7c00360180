"""The edges: Kafka, Redis, HTTP, the command line. The kernel knows none of them."""
