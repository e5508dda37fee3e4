-- What is left of an instance that can never run again when its executions were purged: the status that says so
-- (COMPLETED or ABANDONED), the execution that had it, and when that ended. Null as long as it has executions.
alter table BATCH_JOB_INSTANCE add column if not exists REPRISE_FINAL_STATUS varchar(10);
alter table BATCH_JOB_INSTANCE add column if not exists REPRISE_FINAL_EXECUTION bigint;
alter table BATCH_JOB_INSTANCE add column if not exists REPRISE_FINAL_TIME timestamp;

-- How many instances a job has up to an id below which none can come any more, so that nobody counts them again.
create table if not exists REPRISE_TALLY (
    JOB_NAME varchar(100) not null,
    COUNTED_TO bigint not null,
    COUNTED bigint not null,
    constraint REPRISE_TALLY_PK primary key (JOB_NAME)
);
