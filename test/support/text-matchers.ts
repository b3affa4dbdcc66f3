// SPDX-License-Identifier: Apache-2.0
// Jest's matchers of texts, which it types as `any`: inside of an expected object they are `unknown`.

export const textWith = (part: string): unknown => expect.stringContaining(part);

export const textLike = (pattern: RegExp): unknown => expect.stringMatching(pattern);
