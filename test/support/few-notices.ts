// SPDX-License-Identifier: Apache-2.0
// What sending notices needs to count them, for tests whose customers get few.
import { DEFAULT_NOTICE_CAPS } from '../../network/nodes/bank/src/messages/notice-caps.js';

export const FEW_NOTICES = {
  key: Buffer.alloc(32, 7),
  noticeCaps: DEFAULT_NOTICE_CAPS,
  observer: { messageCapped: () => undefined },
};
