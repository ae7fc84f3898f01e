/**
 * A generated project with many SQL files: one revision makes tables, one loads the files, one replaces them all.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freeze, openProject } from '../dist/lib/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes the project, and beside it the same SQL for psql: `tables.sql`, `add/…` and `replace/…`.
 *
 * @returns the steps to measure, each with the files for psql in load order, and how many lines they have
 */
export async function writeAssetProject(folder, count) {
  for (const name of ['migrations', 'node_modules', 'raw_sql/procs', 'raw_sql/views', 'add', 'replace'])
    mkdirSync(join(folder, name), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/limbeck'));
  for (const name of ['knex', 'pg'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'knexfile.js'),
    "export default { client: 'pg', connection: process.env.DATABASE_URL ?? {}, pool: { min: 0 } };",
  );
  writeFileSync(join(folder, 'tables.sql'), tables);
  writeScript(folder, 1, 'tables', null, `await op.execute(\`${tables}\`);`);
  const files = filesOf(count);
  const steps = [];
  for (const [index, [name, title]] of [
    ['add', 'adding them'],
    ['replace', 'replacing them'],
  ].entries()) {
    const written = files.map(({ path, text }) => {
      writeFileSync(join(folder, 'raw_sql', path), text(name));
      const file = join(folder, name, path.replace('/', '_'));
      writeFileSync(file, text(name));
      return file;
    });
    writeScript(folder, index + 2, name, steps.at(-1)?.name ?? 'tables', loadLines(files));
    await freeze(await openProject({ folder }), { revision: name });
    steps.push({ name, title, files: written });
  }
  const lengths = files.map(({ text }) => text('add').split('\n').length);
  return { steps, lines: `${Math.min(...lengths)} to ${Math.max(...lengths)}` };
}

const tables = `create table customers (id bigint primary key, name text not null, country text, joined date);
create table orders (id bigint primary key, customer bigint references customers, state text, placed timestamptz, total numeric);
create table items (id bigint primary key, "order" bigint references orders, product text, amount int, price numeric);
`;

function loadLines(files) {
  const names = (kind) =>
    JSON.stringify(files.flatMap(({ path }) => (path.startsWith(kind) ? [path.slice(6)] : [])));
  return `await loadStoredProc(op, ${names('procs')});\n  await loadView(op, ${names('views')});`;
}

function writeScript(folder, number, id, down, lines) {
  const text = `import { loadStoredProc, loadView } from 'limbeck';
export const revision = '${id}';
export const downRevision = ${down === null ? 'null' : `'${down}'`};
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op) {
  ${lines}
}

export async function downgrade(op) {
}
`;
  writeFileSync(join(folder, 'migrations', `2026010100000${number}_${id}.js`), text);
}

/** Of four files two are PL/pgSQL, one is SQL, one a view; of sixteen views one stands on another. */
function filesOf(count) {
  const makers = [plpgsql, plpgsql, sql, view];
  const files = Array.from({ length: count }, (_, index) => makers[index % 4](index));
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const pad = (index) => String(index).padStart(3, '0');

function plpgsql(index) {
  const name = `close_orders_${pad(index)}`;
  const branches = Array.from(
    { length: 4 + (index % 5) },
    (_, branch) => `    elsif found_order.total < ${(branch + 2) * 100} then
      -- The discount of band ${branch + 1}.
      discount := discount + found_order.total * 0.0${branch + 1};
      counted := counted + 1;`,
  ).join('\n');
  return {
    path: `procs/${name}.sql`,
    text: (version) => `-- Closes the open orders of a customer, ${version}.
create or replace function ${name}(customer_id bigint, until timestamptz default now())
returns numeric
language plpgsql
stable
as $$
declare
  found_order record;
  discount numeric := 0;
  counted integer := 0;
begin
  for found_order in
    select o.id, o.total, o.state, count(i.id) as items
    from orders as o
    left join items as i on i."order" = o.id
    where o.customer = customer_id
      and o.placed < until
    group by o.id, o.total, o.state
    order by o.placed
  loop
    if found_order.state = '${version}' then
      continue;
${branches}
    else
      discount := discount + 1;
    end if;
  end loop;
  if counted = 0 then
    raise notice 'customer % has no orders', customer_id;
  end if;
  return discount;
end
$$;
`,
  };
}

function sql(index) {
  const name = `revenue_of_${pad(index)}`;
  const cases = Array.from(
    { length: 6 + (index % 9) },
    (_, branch) => `      when total < ${(branch + 1) * 50} then '${branch}'`,
  ).join('\n');
  return {
    path: `procs/${name}.sql`,
    text: (version) => `-- Revenue of a country by band, ${version}.
create or replace function ${name}(wanted text, since date)
returns table (band text, customers bigint, revenue numeric)
language sql
stable
as $$
  with chosen as (
    select o.customer, sum(i.amount * i.price) as total
    from orders as o
    join items as i on i."order" = o.id
    join customers as c on c.id = o.customer
    where c.country = wanted
      and o.placed >= since
    group by o.customer
  ),
  banded as (
    select customer, total,
      case
${cases}
        else '${version}'
      end as band
    from chosen
  )
  select band, count(distinct customer), sum(total)
  from banded
  group by band
  order by band
$$;
`,
  };
}

function view(index) {
  const name = `monthly_${pad(index)}`;
  const source = index % 64 === 63 ? `monthly_${pad(index - 4)}` : undefined;
  const columns = Array.from(
    { length: 12 + (index % 16) },
    (_, branch) => `  sum(i.amount) filter (where i.product = 'product ${branch}') as amount_${branch},`,
  ).join('\n');
  const joined = source === undefined ? '' : `\njoin ${source} as earlier on earlier.country = c.country`;
  return {
    path: `views/${name}.sql`,
    text: (version) => `-- What each country has bought, ${version}.
create or replace view ${name} as
select
  c.country,
  date_trunc('month', o.placed) as month,
${columns}
  count(distinct c.id) as customers,
  sum(i.amount * i.price) as revenue
from customers as c
join orders as o on o.customer = c.id
join items as i on i."order" = o.id${joined}
where o.state <> '${version}'
  and c.country is not null
group by
  c.country,
  date_trunc('month', o.placed)
having
  sum(i.amount) > 0
order by
  c.country,
  month;
`,
  };
}
