// SPDX-License-Identifier: Apache-2.0
import { withMemory } from './certificate-memory.js';

describe('the memory of certificates', () => {
  const parsing = () => {
    const parsed: string[] = [];
    const parse = withMemory((pem) => {
      const text = Buffer.from(pem as Uint8Array).toString();
      if (text === 'damaged') throw new Error(text);
      parsed.push(text);
      return { text };
    });
    return { parsed, ask: (text: string) => parse(Buffer.from(text)) };
  };

  it('parses each once and never takes one for another', () => {
    const { parsed, ask } = parsing();
    expect(['a', 'b', 'a', 'b'].map((each) => ask(each)['text'])).toEqual(['a', 'b', 'a', 'b']);
    expect(parsed).toEqual(['a', 'b']);
  });

  it('remembers no failure', () => {
    const { ask } = parsing();
    expect(() => ask('damaged')).toThrow('damaged');
    expect(() => ask('damaged')).toThrow('damaged');
  });

  it('forgets the oldest when it is full', () => {
    const { parsed, ask } = parsing();
    for (let index = 0; index <= 1024; index += 1) ask(index.toString());
    ask('1024');
    ask('0');
    expect(parsed).toHaveLength(1026);
  });
});
