// SPDX-License-Identifier: Apache-2.0
// Reads server-sent events as a node writes them (event-stream.ts): one line of data, an id, and comments as signs of life.
import type { ServerEvent } from './operation.js';

const END = '\n\n';

function fieldsOf(block: string): ReadonlyMap<string, string> {
  const lines = block.split('\n').filter((line) => !line.startsWith(':'));
  return new Map(
    lines.map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
}

/** @returns undefined for a block that has no id, such as a sign of life */
function eventOf(block: string): ServerEvent | undefined {
  const fields = fieldsOf(block);
  const [id, event, data] = ['id', 'event', 'data'].map((name) => fields.get(name));
  if (id === undefined) return undefined;
  return {
    id,
    ...(event !== undefined && { event }),
    ...(data !== undefined && { data: JSON.parse(data) as unknown }),
  };
}

/** @yields each event; one without data only says how far the stream is */
export async function* readEvents(body: AsyncIterable<Buffer>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split(END);
    text = blocks.pop() ?? '';
    for (const event of blocks.map(eventOf)) if (event !== undefined) yield event;
  }
}
