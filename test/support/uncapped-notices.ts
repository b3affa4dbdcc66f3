// SPDX-License-Identifier: Apache-2.0
// What sending notices needs to count them, for tests that ask for no cap: all that they do is within one window.
import { DEFAULT_NOTICE_CAPS } from '../../network/nodes/bank/src/messages/notice-caps.js';

export const UNCAPPED_NOTICES = {
  key: Buffer.alloc(32, 7),
  noticeCaps: { ...DEFAULT_NOTICE_CAPS, news: 1_000, protecting: 1_000 },
  observer: { messageCapped: () => undefined },
};
