"""A chain's nodes: ask one, and when it fails ask the next, without believing any of them blindly.

pool        a chain's nodes: call, batch, ask, only, each, report, survey, snapshots
rounds      asks them until one answers: the next one, the spare ones, the backoff between rounds
race        whoever is slower than usual gets a competitor; the first good answer wins
preference  which node is asked first: the healthy, the fast, the cheap; the score is there
pace        how long a node usually takes for a kind of call
survey      a look at all nodes' heads: who lags is ejected, if a head is borne out by a block
lag         which nodes are behind the others, or go backwards
asking      one node while it is asked several things that belong together
attempt     one such exchange, from the moment that the node lets it in
purpose     what calls are made for, counted apart: data, heads, tags, checks, assets, pursuits
node        one URL: asks it, checks its chain, judges how it did
line        requests to it, within its budget and in batches of a size that it takes
budget      how many calls it may be asked in a second, a minute, a day
batch_size  how many calls it takes at once, learnt
gate        whether it may be asked now: breaker, waiting, quarantine, ejection
breaker     closed / open / half-open; knows no I/O
heads       new heads as nodes announce them over WebSockets: announced, state, run
subscription  one WebSocket: opened, checked, every notice checked
transport   the HTTP session: posts a body, reads an answer of bounded size
body        an answer's bytes as they arrive: inflated, counted, capped
wire        JSON-RPC 2.0: requests out, answers in, ids matched
answers     answers decoded as what was asked for, large ones in slices
slices      where a large JSON text can be cut
classify    what a node's error object means
status      what a bad HTTP status means, and Retry-After
errors      the tree of errors, one branch for each thing to do about them
policy      the table: branch → what to do
events      what happened, as values for whoever logs and counts
snapshot    a node's state as it is published
meter       a node's counters and last errors
traffic     bytes in the last 24 hours
endpoint    a URL split into what may be shown, what may not, and the budget
options     times, sizes and counts that can be set
"""
