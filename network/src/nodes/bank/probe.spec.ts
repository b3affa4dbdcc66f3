import type * as pglite from '@electric-sql/pglite';
import { hash } from '@node-rs/argon2';
test('x', async () => {
  const { PGlite } = process.getBuiltinModule('node:module').createRequire(__filename)(
    '@electric-sql/pglite',
  ) as typeof pglite;
  const t = Date.now();
  const db = new PGlite();
  console.log(
    JSON.stringify(await db.query('select 1::int8 as a, now() as b, true as c')),
    Date.now() - t,
  );
  const t2 = Date.now();
  await db.query('create table t(a bigint, b jsonb)');
  console.log(
    JSON.stringify(
      await db.query('insert into t values ($1, $2) returning a, b', [
        Date.now(),
        JSON.stringify([1]),
      ]),
    ),
    Date.now() - t2,
  );
  const t4 = Date.now();
  for (let i = 0; i < 200; i++)
    await db.query('insert into t values ($1, $2) returning a, b', [Date.now(), null]);
  console.log('200 inserts', Date.now() - t4);
  await db.close();
  const t3 = Date.now();
  console.log(await hash('x', { memoryCost: 19456, timeCost: 2, parallelism: 1 }), Date.now() - t3);
});
