import type { FakeProvider } from '../../fake/provider.ts';

/** A chain that sends what was said before. */
export const TALK = `name: talk
model: openai/gpt-4o-mini
steps:
  - { id: reply, prompt: "{input}", system: "Be kind.", history: full, retry: 1 }
`;

export const keys = (fake: Pick<FakeProvider, 'openaiUrl'>) => ({
  OPENAI_BASE_URL: fake.openaiUrl,
  OPENAI_API_KEY: 'sk-test-0000',
});

/** What was sent to the provider, request by request, the system text left out. */
export function sent(fake: Pick<FakeProvider, 'requests'>): readonly (readonly string[])[] {
  return fake.requests.map(({ body }) =>
    ((body.messages ?? []) as { role: string; content: string }[])
      .filter(({ role }) => role !== 'system')
      .map(({ content }) => content),
  );
}
