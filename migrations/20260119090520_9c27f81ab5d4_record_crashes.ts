/** record crashes, and add two weeks of sample reports */
import { loadStoredProc, type Operations } from 'limbeck';

export const revision = '9c27f81ab5d4';
export const downRevision = '0d94b7e2c31f';
export const branchLabels = [];
export const dependsOn = [];

export async function upgrade(op: Operations) {
  await loadStoredProc(op, ['record_crash.sql', 'count_crashes.sql']);

  // Fixed dates: a migration must do the same whenever it runs.
  await op.execute(`call add_crash_week('2026-01-05')`);
  await op.execute(`call add_crash_week('2026-01-12')`);

  // Each line is a crash that returns every seven hours, a number of times.
  await op.execute(`
    insert into crash_reports (crash_id, reported_at, product, version, platform, frames, annotations)
    select md5(kind || ' ' || n)::uuid, '2026-01-05 00:00+00'::timestamptz + n * interval '7 hours' + late,
      product, version, platform::platform, frames::text[], annotations::jsonb
    from (values
      (1, 40, interval '0', 'lantern', '1.10', 'windows', '{malloc,Canvas::resize(int),Compositor::paint()}', '{}'),
      (2, 24, interval '1 hour', 'lantern', '1.10', 'linux', '{raise,Cache::evict(Entry&),Cache::put(Entry&)}', '{}'),
      (3, 12, interval '1 day', 'lantern', '1.10', 'android', '{Socket::read()}', '{"hang_seconds": 30}'),
      (4, 16, interval '2 hours', 'lantern', '2.0', 'macos', '{memcpy,Font::load(Path),Font::find()}', '{"oom_bytes": 4096}'),
      (5, 30, interval '3 hours', 'lantern', '2.1', 'linux', '{Script::run(),EventLoop::turn()}', '{"reason": "stack overflow"}'),
      (6, 20, interval '4 hours', 'kestrel', '5.3', 'windows', '{Mailbox::index(int),Mailbox::open()}', '{}'),
      (7, 9, interval '3 days', 'kestrel', '5.4.1', 'windows', '{abort,EventLoop::turn()}', '{"watchdog": true}')
    ) as sample (kind, times, late, product, version, platform, frames, annotations)
    cross join generate_series(0, times - 1) as n
  `);
}

export async function downgrade(op: Operations) {
  await op.schema.dropTable('crash_reports_2026w03');
  await op.schema.dropTable('crash_reports_2026w02');
  await loadStoredProc(op, ['record_crash.sql', 'count_crashes.sql']);
}
