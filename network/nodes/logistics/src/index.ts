// SPDX-License-Identifier: Apache-2.0
// The logistics company's node, for programs that run it.
export { WebhookAlerts } from './alerts/webhook-alerts.js';
