"""A chain's nodes: ask one, and when it fails ask the next, without believing any of them blindly.

pool       a chain's nodes in order of preference: call, batch, report, snapshots
asking     one node while it is asked several things that belong together
node       one URL: asks it, checks its chain, measures it, judges how it did
gate       whether a node may be asked now: breaker, waiting after a rate limit, quarantine
breaker    closed / open / half-open; knows no I/O
heads      new heads as nodes announce them over WebSockets: announced, state, run
subscription  one WebSocket: opened, checked, every notice checked
transport  the HTTP session: posts a body, reads an answer of bounded size
body       an answer's bytes as they arrive: inflated, counted, capped
wire       JSON-RPC 2.0: requests out, answers in, ids matched
classify   what a node's error object means
status     what a bad HTTP status means, and Retry-After
errors     the tree of errors, one branch for each thing to do about them
policy     the table: branch → what to do
events     what happened, as values for whoever logs and counts
snapshot   a node's state as it is published
meter      a node's counters
endpoint   a URL split into what may be shown and what may not
options    times, sizes and counts that can be set
"""
