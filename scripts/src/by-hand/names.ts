// SPDX-License-Identifier: Apache-2.0
// The table's names as the command line writes them.

/** `orderNumber` as `order-number`. */
export const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The flag of a field: `--merchant-id`. */
export const flagOf = (field: string): string => `--${kebab(field)}`;
