/**
 * What types are made of, as manifests hold it: enough to change one into another without parsing.
 */

/** What a type is made of, as the server would print it. */
export type TypeShape =
  | { readonly kind: 'enum'; readonly labels: readonly string[] }
  | { readonly kind: 'composite'; readonly attributes: readonly CompositeAttribute[] }
  | {
      readonly kind: 'domain';
      readonly base: string;
      readonly collation?: string;
      readonly default?: string;
      readonly notNull: boolean;
      readonly constraints: readonly DomainConstraint[];
    }
  /** A range or a base type, whose text alone says what it is. */
  | { readonly kind: 'other'; readonly sha256: string };

export interface CompositeAttribute {
  readonly name: string;
  readonly type: string;
  readonly collation?: string;
}

export interface DomainConstraint {
  /** undefined where the server chooses the name. */
  readonly name?: string;
  /** `CHECK (VALUE > 0)`. */
  readonly definition: string;
}
