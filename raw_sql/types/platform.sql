-- The system that a crashed program ran on.
create type platform as enum ('windows', 'macos', 'linux', 'android');
