"""Every number that decides how long this client waits and how often it asks again, in one place."""

#: A picture may take minutes on a processor; connecting may not.
TIMEOUT_SECONDS = 600.0
CONNECT_TIMEOUT_SECONDS = 5.0

MAX_RETRIES = 2
#: Before retry n (from 0): min(FIRST * 2**n, LONGEST), less up to a quarter by chance.
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0
JITTER = 0.25
#: A server that asks to come back later than this is not asked again: its answer is the error.
LONGEST_RETRY_AFTER_SECONDS = 120.0
#: What may come right by itself. 409 is an idempotency key whose first request is still under way.
RETRIED_STATUSES = frozenset({408, 409, 429, 500, 502, 503, 504})

#: Retries of one client are at most this many at once, and in the long run this share of its requests, so that clients
#: of a server that is overloaded do not load it further.
BUDGET_AT_FIRST = 2.0
BUDGET_SHARE = 0.05

#: An event stream that is silent for longer is lost: the server sends a comment every 15 seconds.
STREAM_SILENCE_SECONDS = 60.0
#: Bytes of an answer that is no picture and no list of pictures.
MAX_ERROR_BYTES = 65_536

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
BASE_URL_VARIABLE = "COSMICMAN_BASE_URL"
API_KEY_VARIABLE = "COSMICMAN_API_KEY"
