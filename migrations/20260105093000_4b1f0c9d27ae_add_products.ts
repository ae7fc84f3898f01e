/** add products and releases */
import { loadType, type Operations } from 'limbeck';

export const revision = '4b1f0c9d27ae';
export const downRevision = null;
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await loadType(op, ['channel.sql']);
  await op.schema.createTable('products', (t) => {
    t.text('product').primary();
    t.text('title').notNullable();
  });
  await op.schema.createTable('releases', (t) => {
    t.text('product').notNullable().references('product').inTable('products');
    t.text('version').notNullable();
    t.specificType('channel', 'channel').notNullable();
    t.date('released_on').notNullable();
    t.primary(['product', 'version']);
  });
}

export async function downgrade(op: Operations) {
  await op.schema.dropTable('releases');
  await op.schema.dropTable('products');
  await loadType(op, ['channel.sql']);
}
