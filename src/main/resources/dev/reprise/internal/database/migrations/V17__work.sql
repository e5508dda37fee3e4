-- The partitions that any node of the application may run. A row lives as long as its partition waits or runs, and until the
-- step has heard of its end.
create table if not exists REPRISE_WORK (
    STEP_EXECUTION_ID bigint primary key,
    PARTITION_OF bigint not null,
    JOB_EXECUTION_ID bigint not null,
    APPLICATION varchar(100) not null,
    JOB_NAME varchar(100) not null,
    JOB_DIGEST varchar(64),
    STATE varchar(10) not null,
    NODE_GROUP varchar(50),
    PLAN_PROPERTIES text,
    NODE_ID varchar(250),
    INCARNATION bigint,
    ATTEMPT integer not null,
    QUEUED_AT timestamp with time zone not null,
    TAKEN_AT timestamp with time zone
);
create index if not exists REPRISE_WORK_OF_STEP on REPRISE_WORK (PARTITION_OF, STATE, QUEUED_AT, STEP_EXECUTION_ID);
create index if not exists REPRISE_WORK_TO_DO on REPRISE_WORK (APPLICATION, STATE, PARTITION_OF);
create index if not exists REPRISE_WORK_OF_NODE on REPRISE_WORK (APPLICATION, NODE_ID);
create index if not exists REPRISE_WORK_OF_EXECUTION on REPRISE_WORK (JOB_EXECUTION_ID);
-- What their collectors gave, until the step has heard of it.
create table if not exists REPRISE_COLLECTED (
    PLACE bigint generated always as identity primary key,
    STEP_EXECUTION_ID bigint not null,
    PARTITION_OF bigint not null,
    JOB_EXECUTION_ID bigint not null,
    DATA bytea -- PostgreSQL
    DATA blob -- H2
);
create index if not exists REPRISE_COLLECTED_OF_STEP on REPRISE_COLLECTED (PARTITION_OF, PLACE);
create index if not exists REPRISE_COLLECTED_OF_PARTITION on REPRISE_COLLECTED (STEP_EXECUTION_ID, PLACE);
create index if not exists REPRISE_COLLECTED_OF_EXECUTION on REPRISE_COLLECTED (JOB_EXECUTION_ID);
-- Of a partition that any node may run: the one that did so last, those that did before, one on a line, and how many died of
-- it.
alter table BATCH_STEP_EXECUTION add column if not exists REPRISE_NODE varchar(250);
alter table BATCH_STEP_EXECUTION add column if not exists REPRISE_ATTEMPT integer;
alter table BATCH_STEP_EXECUTION add column if not exists REPRISE_NODES_BEFORE text;
-- When the last chunk was committed.
alter table BATCH_STEP_EXECUTION add column if not exists REPRISE_COMMITTED_AT timestamp(9); -- H2
alter table BATCH_STEP_EXECUTION add column if not exists REPRISE_COMMITTED_AT timestamp; -- PostgreSQL
