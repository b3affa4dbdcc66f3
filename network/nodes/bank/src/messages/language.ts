// SPDX-License-Identifier: Apache-2.0
// The languages in which customers can be told: a customer chooses one.
import * as z from 'zod';

/** English, or Chinese as in mainland China (zh-CN). */
export const language = z.enum(['en', 'zh']);

export type Language = z.output<typeof language>;

export const DEFAULT_LANGUAGE: Language = 'en';
