import type { Topic } from './topic.ts';

export const websocket: Topic = {
  name: 'websocket',
  summary: 'the messages of the WebSocket chat of "promptchain serve"',
  text: async () => `promptchain serve chain.yaml holds conversations at ws://127.0.0.1:8080/chat/<name of the chain>: text frames, each a
JSON object with a type. The subprotocol is promptchain.chat.v1; a client that asks for none gets it too. With a token,
send "Authorization: Bearer <token>"; a page, which cannot, adds the subprotocol bearer.<token>.

You send

  {"type":"hello","session":"…","user":"Ada","events":true}     first, within 10 seconds; all but the type may be left out
  {"type":"message","id":"…","text":"Hi","inputs":{"tone":"dry"}}     id: unique in the session, such as a UUID
  {"type":"stop"}     ends the turn that goes on; with an id, the turn of that message, also while it waits
  {"type":"reset"}     forgets the conversation, after the turns that were asked for before it

and get

  {"type":"hello","v":1,"chain":"…","session":"…","turns":[{"id":"…","user":"…","assistant":"…"}],"earlier":0,
      "max_message_bytes":4194304}     a longer frame ends the connection; --max-body sets it
  {"type":"turn.queued","id":"…","text":"Hi","user":"Ada","position":1}     it waits for the turns before it
  {"type":"turn.started","id":"…","text":"Hi","user":"Ada","run_id":"…"}
  {"type":"delta","id":"…","text":"Hel"}     together, in order, they are the answer
  {"type":"step","id":"…","event":{…}}     if you asked for events: those of promptchain help events
  {"type":"turn.completed","id":"…","text":"Hello","run_id":"…","usage":{…},"cost_usd":0.01,"duration_ms":900}
  {"type":"turn.failed","id":"…","run_id":"…","stopped":false,"error":{"code":"…","message":"…"}}
      where inputs are wrong, the error also has "inputs":{"tone":"…"}: what is wrong with each
  {"type":"reset"}
  {"type":"error","id":"…","code":"…","message":"…"}     your message was not taken; nobody else is told

The session. Without one in your hello you get a new one, with an id that cannot be guessed; whoever knows the id can read
and continue the conversation. Keep it to connect again, also after the server was restarted. hello has the last turns;
earlier says how many there are before them. Everybody in a session gets the same messages in the same order; who joins
during a turn is told its turn.started and one delta with all text so far. It is kept in memory under chat:served:<id>, so
promptchain chat --session served:<id> goes on with it. No client reaches the sessions of promptchain chat itself.

Turns. One at a time; up to 8 messages of a session wait their turn, so that nothing said while an answer comes is lost.
turn.completed means that the turn is on disk. A turn that failed or was stopped is no part of the conversation. After a
lost connection send the message again with the same id: you get its answer, or go on hearing it, and it is not made
twice. A turn goes on for 30 seconds when everybody has left, then it is stopped. Each is a run: promptchain runs show.

Closing. 1001: the server stops. 1013: more than 4 MB wait for you, or more than 512 KB of which you took nothing for 30 s
(--drop-after), or too many are connected. 1011: a fault of the server. Then connect again. 1002, 1003, 1007: not a text
frame of JSON. 1008: no hello, or too many frames. 1009: too large.`,
};
