-- What ran: the definitions of jobs, each version once, as job XML in which all that is inherited is resolved.
create table if not exists REPRISE_DEFINITION (
    DIGEST varchar(64) not null,
    JOB_NAME varchar(100) not null,
    RECORDED_AT timestamp with time zone not null,
    DEFINITION text not null,
    constraint REPRISE_DEFINITION_PK primary key (DIGEST)
);

-- Which of them an execution ran; null for those of before this. Not a foreign key: each launch would lock its one row.
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_DEFINITION varchar(64);

-- 1 on the rows of a step that a restart began anew: what they left is not gone on with.
alter table BATCH_STEP_EXECUTION add column if not exists REPRISE_DISCARDED integer;
