-- What a schedule has come to: up to when all of its ticks are decided, when it is to be looked at next, and who paused it. One
-- row for each job that a deployment has a schedule of; an empty name of its ticks: the schedule was removed.
create table if not exists REPRISE_SCHEDULE (
    APPLICATION varchar(100) not null,
    JOB_NAME varchar(100) not null,
    NAMING varchar(2500) not null,
    SINCE timestamp with time zone not null,
    LOOK_AT timestamp with time zone,
    NEXT_AT timestamp with time zone,
    VERSION bigint not null,
    PAUSED_AT timestamp with time zone,
    PAUSED_BY varchar(250),
    PAUSED_WHY varchar(2500),
    constraint REPRISE_SCHEDULE_PK primary key (APPLICATION, JOB_NAME)
);
create index if not exists REPRISE_SCHEDULES_TO_LOOK_AT on REPRISE_SCHEDULE (APPLICATION, LOOK_AT, JOB_NAME);

-- One row for each tick that came up, by its nominal time: a local time of the schedule's zone, as text, so that no zone of a
-- server or driver can make another one of it. It has its job once more as long as something comes of it by itself.
create table if not exists REPRISE_TICK (
    APPLICATION varchar(100) not null,
    JOB_NAME varchar(100) not null,
    NOMINAL varchar(16) not null,
    DUE_AT timestamp with time zone not null,
    STATE varchar(10) not null,
    WHY varchar(2500),
    UNFINISHED varchar(100),
    JOB_INSTANCE_ID bigint,
    JOB_EXECUTION_ID bigint,
    RECORDED_AT timestamp with time zone not null,
    CHANGED_AT timestamp with time zone not null,
    BACKFILL bigint,
    BACKFILL_PLACE integer,
    BACKFILL_AT_ONCE integer,
    REVISION bigint,
    constraint REPRISE_TICK_PK primary key (APPLICATION, JOB_NAME, NOMINAL)
);
create index if not exists REPRISE_UNFINISHED_TICKS
    on REPRISE_TICK (APPLICATION, UNFINISHED); -- H2
    on REPRISE_TICK (APPLICATION, UNFINISHED) where UNFINISHED is not null; -- PostgreSQL
create index if not exists REPRISE_TICK_STATES on REPRISE_TICK (APPLICATION, STATE, CHANGED_AT);
