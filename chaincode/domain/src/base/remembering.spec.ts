// SPDX-License-Identifier: Apache-2.0
import { remembering } from './remembering';

const MOST = 1024;

describe('a memory', () => {
  const finding = () => {
    const found: string[] = [];
    const ask = remembering(MOST, (text) => {
      if (text === 'damaged') throw new Error(text);
      found.push(text);
      return text === 'none' ? undefined : { text };
    });
    return { found, ask };
  };

  it('computes each result once and never mixes results up', () => {
    const { found, ask } = finding();
    expect(['a', 'b', 'a', 'b'].map((each) => ask(each)?.text)).toEqual(['a', 'b', 'a', 'b']);
    expect(found).toEqual(['a', 'b']);
  });

  it('remembers an undefined result', () => {
    const { found, ask } = finding();
    expect([ask('none'), ask('none')]).toEqual([undefined, undefined]);
    expect(found).toEqual(['none']);
  });

  it('does not remember errors', () => {
    const { ask } = finding();
    expect(() => ask('damaged')).toThrow('damaged');
    expect(() => ask('damaged')).toThrow('damaged');
  });

  it('forgets the oldest when it is full', () => {
    const { found, ask } = finding();
    for (let index = 0; index <= MOST; index += 1) ask(index.toString());
    ask(MOST.toString());
    ask('0');
    expect(found).toHaveLength(MOST + 2);
  });
});
