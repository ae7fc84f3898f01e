-- describe the tables, and say who may do what
-- revision: a85b13f4e9d0
-- downRevision: 6e91c47d20fa

-- upgrade

comment on table crash_reports is 'One row for each crash, in weekly partitions (see add_crash_week)';
comment on column crash_reports.frames is 'Functions on the stack, the topmost first';
comment on table daily_crashes is 'Counts of crash_reports, kept by summarise_day';
comment on column daily_crashes.hangs is 'Those of the crashes that were hangs';
comment on table daily_signatures is 'Counts of crash_reports, kept by summarise_day';
comment on view release_health is 'How each current release does';
comment on function daily_summary(date) is 'The releases that crashed on a day, the worst first';

grant select on release_health, bug_impact, weekly_crashes to public;
revoke execute on procedure drop_crash_weeks(date) from public;

-- downgrade

grant execute on procedure drop_crash_weeks(date) to public;
revoke select on release_health, bug_impact, weekly_crashes from public;

comment on function daily_summary(date) is null;
comment on view release_health is null;
comment on table daily_signatures is null;
comment on column daily_crashes.hangs is null;
comment on table daily_crashes is null;
comment on column crash_reports.frames is null;
comment on table crash_reports is null;
