// SPDX-License-Identifier: Apache-2.0
// The client's signer against the one of the gateway library, both submitting the control.
import { burst, type Burst } from '../burst.js';
import type { SignerKind } from '../noop.js';
import { pair, ratiosOf, spreadOf, type Pair } from '../pairs.js';
import type { Experiment } from '../run.js';

export const signers: Experiment = async ({ bench, scale, parts, tell }) => {
  const pairs: Pair<Burst>[] = [];
  const submits = (kind: SignerKind): Promise<Burst> =>
    burst(
      Array.from({ length: scale.round }, () => bench.noop.submit('bank', kind)),
      scale.inFlight,
    );
  for (let round = 0; round < scale.pairs; round += 1) {
    const result = await pair(
      round,
      () => submits('stock'),
      () => submits('native'),
    );
    pairs.push(result);
    const ratio = result.contender.perSecond / result.control.perSecond;
    tell(`signers: round ${(round + 1).toString()}, ours ÷ stock ${ratio.toFixed(3)}`);
  }
  parts.ratios['ourSignerToStock'] = spreadOf(ratiosOf(pairs, ({ perSecond }) => perSecond));
};
