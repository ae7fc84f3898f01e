import { expect } from 'chai';
import { revisionDetails, revisionLine } from '../../cli/revision-text.js';
import type { RevisionEntry } from '../../lib/index.js';

const entry: RevisionEntry = {
  revision: 'a85b13f4e9d0',
  message: 'describe and grant',
  downRevisions: ['6e91c47d20fa'],
  dependsOn: [],
  branchLabels: [],
  created: '20260216144500',
  file: 'migrations/20260216144500_a85b13f4e9d0_describe_and_grant.sql',
  isHead: false,
  isEffectiveHead: false,
  isBranchPoint: false,
  isMergePoint: false,
};

describe('revisionLine', () => {
  it('is the id and the message', () => {
    expect(revisionLine(entry)).to.equal('a85b13f4e9d0 describe and grant');
    expect(revisionLine({ ...entry, message: null })).to.equal('a85b13f4e9d0');
  });

  it('says what is special about it', () => {
    expect(
      revisionLine({
        ...entry,
        isCurrent: true,
        isHead: true,
        isEffectiveHead: true,
        isBranchPoint: true,
        isMergePoint: true,
        branchLabels: ['reports', 'ads'],
        dependsOn: ['signatures'],
      }),
    ).to.equal(
      'a85b13f4e9d0 (current, head, branch point, merge point) [reports, ads] describe and grant <needs signatures>',
    );
    expect(revisionLine({ ...entry, isHead: true })).to.equal(
      'a85b13f4e9d0 (head, others depend on it) describe and grant',
    );
    expect(revisionLine({ ...entry, isCurrent: false })).to.equal('a85b13f4e9d0 describe and grant');
  });
});

describe('revisionDetails', () => {
  it('lists all that is known, and leaves out what there is not', () => {
    expect(
      revisionDetails({
        ...entry,
        isHead: true,
        isEffectiveHead: true,
        dependsOn: ['signatures'],
        children: ['b', 'c'],
        assets: [
          { path: 'views/v.sql', action: 'replace', objects: ['view public.v', 'view public.w'] },
          { path: 'procs/f.sql', action: 'drop', objects: ['function public.f()'] },
        ],
      }),
    ).to.equal(`revision     a85b13f4e9d0 (head)
message      describe and grant
created      2026-02-16 14:45:00
builds on    6e91c47d20fa
depends on   signatures
built on by  b, c
script       migrations/20260216144500_a85b13f4e9d0_describe_and_grant.sql
asset        replace views/v.sql: view public.v, view public.w
asset        drop procs/f.sql: function public.f()`);
    expect(
      revisionDetails({
        ...entry,
        message: null,
        created: null,
        downRevisions: [],
        children: [],
        assets: [],
      }),
    ).to.equal(`revision     a85b13f4e9d0
builds on    (base)
script       migrations/20260216144500_a85b13f4e9d0_describe_and_grant.sql`);
  });
});
