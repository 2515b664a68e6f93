"""Load tests of a CosmicMan server: scenarios, an open-loop driver, saturation, reports and comparisons.

`python -m clients.loadtest --help` lists the commands; `locust -f clients/loadtest/locustfile.py` has the same
scenarios with users who wait for their answers.
"""
