// SPDX-License-Identifier: Apache-2.0
// QR codes of requests and payments, in byte mode, so that each fits into one code.
import { toBuffer, toString } from 'qrcode';

/** Survives a scratched screen (15 % of the code) and still holds 600 bytes in a code of 101 modules. */
const OPTIONS = { errorCorrectionLevel: 'M' } as const;

const segments = (bytes: Uint8Array) => [{ data: bytes, mode: 'byte' as const }];

/**
 * @param scale pixels for each module
 * @returns the code as PNG.
 */
export const qrPng = (bytes: Uint8Array, scale = 4): Promise<Buffer> =>
  toBuffer(segments(bytes), { ...OPTIONS, type: 'png', scale });

/** @returns the code as text for a terminal window. */
export const qrText = (bytes: Uint8Array): Promise<string> =>
  toString(segments(bytes), { ...OPTIONS, type: 'utf8' });

/** @returns the code as SVG, for a page. */
export const qrSvg = (bytes: Uint8Array): Promise<string> =>
  toString(segments(bytes), { ...OPTIONS, type: 'svg' });
