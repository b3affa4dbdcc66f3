// SPDX-License-Identifier: Apache-2.0
// Which network a command is about.
import { resolveHome } from '@fabric-offline-pay/network/clients';
import type { CommonOptions } from './output';

export const homeOf = ({ home }: CommonOptions): string => resolveHome(home);
