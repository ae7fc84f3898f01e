import { expect } from 'chai';
import type { PropertyValue } from '../../lib/schema/compare-snapshots.js';
import { describeDifference } from '../../lib/schema/describe-difference.js';

const describeChange = (before?: PropertyValue, after?: PropertyValue, path = ['p']) =>
  describeDifference({
    kind: 'changed',
    identity: 'x',
    path,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  });

describe('describeDifference', () => {
  it('says which object only one side has', () => {
    const object = {
      kind: 'schema',
      identity: 'schema app',
      name: 'app',
      owner: 'me',
      grants: { granted: [], revoked: [] },
    } as const;
    expect(describeDifference({ kind: 'added', identity: 'schema app', after: object })).to.equal(
      'schema app: added',
    );
    expect(describeDifference({ kind: 'removed', identity: 'schema app', before: object })).to.equal(
      'schema app: removed',
    );
  });

  it('shows both values', () => {
    expect(describeChange('text', 'integer', ['type'])).to.equal('x: type text → integer');
    expect(describeChange(true, false, ['notNull'])).to.equal('x: notNull true → false');
    expect(describeChange(undefined, '70', ['options', 'fillfactor'])).to.equal(
      'x: options.fillfactor none → 70',
    );
    expect(describeChange({ name: 'a', columns: [], bound: 'DEFAULT' })).to.equal(
      'x: p name a bound DEFAULT → none',
    );
  });

  it('shows what came and went of a list, or its order', () => {
    expect(describeChange(['new', 'done'], ['new', 'closed'])).to.equal('x: p − done, + closed');
    expect(describeChange(['a', 'b'], ['b', 'a'])).to.equal('x: p (a, b) → (b, a)');
  });

  it('says a grant as SQL would', () => {
    const grant = { privilege: 'SELECT', grantable: true, grantor: 'owner' };
    expect(describeChange([], [grant, { ...grant, grantee: 'app', grantable: false }])).to.equal(
      'x: p + SELECT to PUBLIC with grant option by owner, + SELECT to app by owner',
    );
  });

  it('shows only the lines that differ', () => {
    expect(describeChange('a\nb\nc', 'a\nB\nc')).to.equal('x: p "b" → "B"');
    expect(describeChange('a\nb\nc', 'a\nc')).to.equal('x: p "b" → no line');
    expect(describeChange('a\na', 'a\na\na')).to.equal('x: p no line → "a"');
  });

  it('shows what the eye does not see', () => {
    expect(describeChange('a\nc', 'a\n\nc')).to.equal('x: p no line → ""');
    expect(describeChange('a\r', 'a')).to.equal('x: p "a\\r" → a');
    expect(describeChange('a b', 'a\nb')).to.equal('x: p "a b" → "a\\nb"');
    expect(describeChange('', ' ')).to.equal('x: p "" → " "');
    expect(describeChange('none')).to.equal('x: p "none" → none');
  });

  it('shows a long text around its first different character', () => {
    const long = 'select a, very, long, list, of, columns, and, more, of, them, '.repeat(3);
    expect(describeChange(`${long}one from t`, `${long}two from t`)).to.equal(
      'x: p "…columns, and, more, of, them, one from t" → "…columns, and, more, of, them, two from t"',
    );
    expect(describeChange(`one${long}`, `two${long}`)).to.match(/^x: p "one.{77}…" → "two.{77}…"$/);
  });
});
