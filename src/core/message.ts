import type { JsonObject } from './json.ts';

/** One entry of a conversation with a model. The system text is not a message: it is `ModelRequest.system`. */
export type Message = UserMessage | AssistantMessage | ToolMessage;

export interface UserMessage {
  readonly role: 'user';
  readonly text: string;
}

/** A message of a user and the answer to it. */
export type ChatTurn = readonly [UserMessage, AssistantMessage];

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly text: string;
  readonly toolCalls?: readonly ToolCall[];
  /** What the provider wants back as it gave it, such as signed thoughts: read by the protocol it came from and by nobody else. */
  readonly providerItems?: JsonObject;
}

/** The answer to one tool call of the assistant message before it. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly callId: string;
  readonly text: string;
  readonly isError?: boolean;
}

/** `arguments` is the model's own JSON text, not yet parsed or checked. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}
