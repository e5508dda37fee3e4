-- Of a node: after how long a silence it takes another one for dead, so that nodes notice that theirs do not go together;
-- and when its process began, by the clock of the database: older sessions of its name are another process'.
alter table REPRISE_NODE add column if not exists LEASE_MILLIS bigint;
alter table REPRISE_NODE add column if not exists PROCESS_STARTED_AT timestamp with time zone;
