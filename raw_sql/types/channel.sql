-- How widely a release is given out.
create type channel as enum ('nightly', 'beta', 'release');
