// SPDX-License-Identifier: Apache-2.0
// The twenty units of the patent, and the four sub-units of logistics.

/** The patent's units: number and name. */
export const UNITS = {
  '1': 'blockchain network',
  '2': 'identity verification',
  '3': 'login',
  '4': 'authentication',
  '5': 'SMS code',
  '6': 'password',
  '7': 'reputation',
  '8': 'goods verification',
  '9': 'partition',
  '10': 'merchant verification',
  '11': 'logistics',
  '1101': 'goods location',
  '1102': 'price',
  '1103': 'addresses',
  '1104': 'courier selection',
  '12': 'category check',
  '13': 'order-number comparison',
  '14': 'bank node',
  '15': 'verification error report',
  '16': 'alarm',
  '17': 'storage',
  '18': 'feedback',
  '19': 'message sending',
  '20': 'user system',
} as const;

/** Number of one of the patent's units. */
export type UnitId = keyof typeof UNITS;
