"""The same light job on other stream processors, side by side in one run."""
