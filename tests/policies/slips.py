"""Slips in `roastery.toml`, one of each sort, and what a marketer is told of it."""

from typing import Final, NamedTuple


class Slip(NamedTuple):
    """What is typed instead of what, and what is told: where (and on the line of `at`), what, mend.

    old stands once in roastery.toml.
    """

    old: str
    new: str
    where: str
    problem: str
    mend: str
    at: str = ""


SLIPS: Final = (
    # the head
    Slip("[caps]", "[cabs]", "cabs", 'did you mean "caps"?', "there are name,"),
    Slip('name = "Hausröstung Rewards"', 'name = " "', "name", "is empty", "write a text"),
    Slip('"EUR"', '"euro"', "currency", '"euro" does not fit', 'three capitals, such as "EUR"'),
    Slip('"Europe/Vienna"', '"Vienna"', "zone", 'no zone "Vienna"', '"Europe/Vienna"'),
    Slip('salt = "', 'version = "1"\nsalt = "', "version", "is no key", "there are name,"),
    # points and money
    Slip('per = "1.00"', "per = 1.5", "points.per", "1.5 is not exact", 'in quotes: "1.5"'),
    Slip('per = "1.00"', 'per = "0"', "points.per", "is nothing", "write an amount above 0"),
    Slip('per = "1.00"', 'per = "0.001"', "points.per", "finer than the coins", "at most 2 digits"),
    Slip('per = "1.00"', 'per = "-1"', "points.per", '"-1" is no amount', "never below 0"),
    Slip('per = "1.00"', "per = inf", "points.per", "inf is no amount", 'such as "12.50"'),
    Slip("earn = 1 ", "earn = 1.5 ", "points.earn", "1.5 does not fit", "a whole number from 0 to"),
    Slip("earn = 1 ", "earn = true ", "points.earn", "true does not fit", "a whole number from 0"),
    Slip("_days = 14 ", "_days = 91 ", "points.pending_days", "91 does not", "from 0 to 90"),
    Slip('USD = "0.92"', 'usd = "0.92"', "currencies.usd", '"usd" does not fit', "three capitals"),
    Slip('USD = "0.92"', 'USD = "0"', "currencies.USD", "a rate of 0", "how many EUR one USD is"),
    Slip('USD = "0.92"', 'EUR = "1"', "currencies.EUR", "own currency", "delete the line"),
    Slip('salt = "roastery-2026" ', 'salt = ""', "salt", "is empty", "write a text"),
    # tiers
    Slip('spend = "0"\n', 'spend = "9"\n', "tiers.steps[0] (bean).spend", "asks for 9", '"0"'),
    Slip('spend = "500"', 'spend = "150"', "tiers.steps[2] (gold).spend", "than 200", "low"),
    Slip('"1.25"  ', '"0"  ', "tiers.steps[1] (silver).multiplier", "0 is out", "above 0"),
    Slip('"1.25"  ', '"6"  ', "tiers.steps[1] (silver).multiplier", "6 is out", "up to 5"),
    Slip('id = "gold"', 'id = "silver"', "tiers.steps[2] (silver).id", "steps[1]", "of its own",
         'id = "silver"\nname = "Gold'),
    Slip('period = "year"', 'period = "yaer"', "tiers.period", 'did you mean "year"?', "one of"),
    Slip('window = "rolling"\nperiod = "year"\nwarn_days = 30\ngrace_days = 30',
         'window = "calendar"\nperiod = "year"\ngrace_days = 60', "tiers.grace_days",
         "are 426 days", "remember_days = 426", "grace_days = 60"),
    # rewards
    Slip("points = 50\n", "", "rewards[0] (welcome_points).points", "is worth none", "above 0",
         '[[rewards]]\nid = "welcome_points"'),
    Slip("valid_days = 45", "points = 45", "rewards[5] (tea_tin).points", "no points", "delete it"),
    Slip('id = "wishlist"', 'id = "Wish list"', "policies[5] (Wish list).id",
         '"Wish list" does not fit', "small letters"),
    # challenges
    Slip("goal = 1\n", "goal = 0\n", "challenges[0] (first_order).goal", "0 does not", "from 1"),
    Slip('reward = "tea_tin"', 'reward = "tee_tin"', "challenges[5] (tea_time).reward",
         'no reward "tee_tin"; did you mean "tea_tin"?', "[[rewards]]"),
    Slip('goal = "60"', 'goal = "0"', "challenges[3] (sixty_in_four_weeks).goal", "is nothing",
         "above 0"),
    Slip("days = 28\n", "days = 0\n", "challenges[3] (sixty_in_four_weeks).days", "0 days are out",
         "from 1 to 3660"),
    Slip('goal = "60"\n', "", "challenges[3] (sixty_in_four_weeks).goal", "is missing",
         'write an amount in quotes, such as "12.50"',
         '[[challenges]]\nkind = "spend"\nid = "sixty'),
    Slip("days = 28\n", 'days = "28"\n', "challenges[3] (sixty_in_four_weeks).days",
         '"28" does not fit', "write a whole number"),
    Slip('every = "month"\nreward', 'every = "month"\ndays = 3\nreward',
         "challenges[1] (filter_three).every", "both given", "keep days"),
    Slip('every = "month"\nreward', 'every = "month"\nrepeat = "on_expiry"\nreward',
         "challenges[1] (filter_three).repeat", "every month begins a new one", "delete repeat",
         'repeat = "on_expiry"\nreward = "filter_points"'),
    Slip('every = "month"\nreward', 'every = "month"\njoin = "opt_in"\nreward',
         "challenges[1] (filter_three).join", "begin by themselves", "delete join",
         'join = "opt_in"\nreward = "filter_points"'),
    Slip('days = 60\nrepeat = "on_completion"', 'repeat = "on_expiry"',
         "challenges[2] (espresso_three).repeat", "never expires", "give days",
         'repeat = "on_expiry"\nreward = "espresso_bag"'),
    Slip('of = "Product Reviewed"', 'of = "order"', "challenges[4] (two_reviews).of",
         'did you mean "orders"?', "Segment"),
    Slip('of = "Product Reviewed"', 'of = "Order Completed"', "challenges[4] (two_reviews).of",
         "with their returns", '"orders"'),
    Slip('of = "Product Reviewed"', 'of = "Product Reviewed"\nbrands = ["Atlas"]',
         "challenges[4] (two_reviews).brands", "whatever it is about", "delete it",
         'brands = ["Atlas"]'),
    Slip('kind = "count"\nid = "tea_time"', 'kind = "streak"\nid = "tea_time"',
         "challenges[5] (tea_time).kind", '"streak" is no kind', "count, spend"),
    Slip('kind = "count"\nid = "tea_time"', 'id = "tea_time"', "challenges[5] (tea_time).kind",
         "is missing", "count, spend", '[[challenges]]\nid = "tea_time"'),
    Slip('categories = ["tea"]', 'categories = ["tea", ""]', "challenges[5] (tea_time)"
         ".categories[1]", "is empty", "write a text"),
    Slip('categories = ["tea"]', "categories = [3]", "challenges[5] (tea_time).categories[0]",
         "3 does not fit", "write a text in quotes"),
    Slip('brands = ["Nordlicht"]', 'brands = "Nordlicht"', "challenges[6] (nordlicht_week).brands",
         '"Nordlicht" is no list', "a list in [ ], each entry a text in quotes"),
    # how often and when
    Slip("per_week = 3 ", "per_weak = 3 ", "caps.per_weak", 'did you mean "per_week"?', "per_day"),
    Slip('start = "20:00"', "start = 20:00:00", "quiet.start", "a date or time without quotes",
         'a time such as "20:00"'),
    Slip('start = "20:00"', 'start = "24:00"', "quiet.start", '"24:00" does not', "a time such as"),
    Slip('end = "09:00"', 'end = "20:00"', "quiet.end", "begin and end at 20:00", "channels = []"),
    Slip('["sms", "push"]', '["sms", "emial"]', "quiet.channels[1]", 'did you mean "email"?',
         "write one of email, onsite, push, sms"),
    Slip("share = 0.05 ", "share = 5 ", "holdout.share", "5 does not fit", "from 0 to 1"),
    Slip("share = 0.05 ", "share = nan ", "holdout.share", "nan does not fit", "from 0 to 1"),
    Slip("[scores] ", "[[scores]] ", "scores", "a list is no table", "in { }"),
    # policies
    Slip('on = "Loyalty Enrolled"\n', "", "policies[0] (welcome)", "nothing sets it off",
         'on = "Order Completed"', '[[policies]]\nid = "welcome"'),
    Slip('on = "Loyalty Enrolled"', 'on = "Loyalty Enroled"', "policies[0] (welcome).on",
         'no event "Loyalty Enroled"; did you mean "Loyalty Enrolled"?', "Segment"),
    Slip('on = "Loyalty Enrolled"', 'on = "Viewed Product"', "policies[0] (welcome).on",
         'the old name of "Product Viewed"', "today's name"),
    Slip('on = "Loyalty Enrolled"', 'on = "Tick"', "policies[0] (welcome).on", 'no event "Tick"',
         "Segment"),
    Slip('cancel_on = "Product Reviewed"', 'cancel_on = "never"', "policies[6] (review_request)"
         ".cancel_on", 'no event "never"', "Segment"),
    Slip("0.70, falls = 0.50", "0.70, falls = 0.80", "policies[17] (win_back).score.falls",
         "0.8 is above rises, 0.7", "the lower line", "score = { model = \"churn\", rises = 0.70"),
    Slip("0.70, falls = 0.50", "70, falls = 0.50", "policies[17] (win_back).score.rises",
         "70 does not fit", "from 0 to 1", "score = { model = \"churn\", rises = 70"),
    Slip('model = "churn", rises = 0.70', 'model = "chrun", rises = 0.70',
         "policies[17] (win_back).score.model", 'no model "chrun"; did you mean "churn"?',
         "there are churn, purchase_7d"),
    Slip('when = "known and orders >= 2"', 'when = "known"\non = "Cart Viewed"',
         "policies[17] (win_back).score", "both given", "two policies",
         "score = { model = \"churn\", rises = 0.70"),
    Slip("known and orders >= 2", "known and ordrs >= 2", "policies[17] (win_back).when",
         'unknown number "ordrs"; did you mean "orders"?', "lists all"),
    Slip("known and orders >= 2", "known and orders", "policies[17] (win_back).when",
         "`orders` is a number", "compare it",
         'when = "known and orders"'),
    Slip('channel = "sms"', 'channel = "fax"', "policies[18] (win_back_best).channel",
         '"fax" does not fit', "one of email, onsite, push, sms"),
    Slip('id = "refill"', 'id = "new_taste"', "policies[14] (new_taste).id", "policies[13]",
         "of its own", 'id = "new_taste"\non = "Product List'),
    Slip('title = "About time for fresh beans"', "", "policies[14] (refill).message.title",
         "is missing", "write a text in quotes, at most 200", "[policies.message]\n\n"),
    Slip('title = "About time for fresh beans"', 'title = "{{ poins }}"',
         "policies[14] (refill).message.title", 'unknown name "poins"; did you mean "points"?',
         "lists all"),
    Slip('title = "About time for fresh beans"', 'title = "{{ points"',
         "policies[14] (refill).message.title", "is not Liquid: expected '}}'", "{% if %}"),
    Slip('title = "About time for fresh beans"', 'title = "{{ 9 | divided_by: points }}"',
         "policies[14] (refill).message.title",
         "cannot be written where every number is 0: divided_by: can't divide by 0", "ask first"),
    Slip('body = "Roasted on Monday, with you by Wednesday."', 'body = "{{ tier | plus: }}"',
         "policies[12] (browse_interest).message.body", "plus() missing 1 required", "ask first"),
)  # fmt: skip
