// The sandbox's verbs and its stream of events.

export async function verb(name, args = {}) {
  const response = await fetch(`/sandbox/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(args),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error);
  return body.result;
}

// Calls `load` at each (re)connection, which returns the event it is up to date with.
export function follow(load, onEvent, onState) {
  let source = null;
  let again = 0;
  async function connect() {
    try {
      const seq = await load();
      source = new EventSource(`/sandbox/events?after=${seq}`);
    } catch {
      return retry();
    }
    source.onopen = () => onState("live");
    source.onmessage = (message) => onEvent(JSON.parse(message.data));
    source.onerror = () => { source.close(); retry(); };
  }
  function retry() {
    onState("offline");
    clearTimeout(again);
    again = setTimeout(connect, 1000);
  }
  connect();
}
