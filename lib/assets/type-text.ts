/**
 * The command that makes a type of a shape.
 */
import { quoteIdentifier, quoteLiteral } from '../sql/quote.js';
import type { TypeShape } from '../sql/type-shape.js';
import { qualifiedNameOf } from './type-history.js';

/**
 * Writes the CREATE of a shape, for where no file says it: of branches that no revision has joined yet. undefined for
 * what only its text tells.
 */
export function createText(identity: string, shape: TypeShape): string | undefined {
  const typeName = qualifiedNameOf(identity);
  const collated = (collation: string | undefined) =>
    collation === undefined ? '' : ` collate ${collation}`;
  switch (shape.kind) {
    case 'enum':
      return `create type ${typeName} as enum (${shape.labels.map(quoteLiteral).join(', ')})`;
    case 'composite': {
      const list = shape.attributes.map(
        ({ name, type, collation }) => `${quoteIdentifier(name)} ${type}${collated(collation)}`,
      );
      return `create type ${typeName} as (${list.join(', ')})`;
    }
    case 'domain':
      return [
        `create domain ${typeName} as ${shape.base}${collated(shape.collation)}`,
        ...(shape.default === undefined ? [] : [`default ${shape.default}`]),
        ...(shape.notNull ? ['not null'] : []),
        ...shape.constraints.map(({ name, definition }) =>
          name === undefined ? definition : `constraint ${quoteIdentifier(name)} ${definition}`,
        ),
      ].join(' ');
    case 'other':
      return undefined;
  }
}
