-- What completed with an exit status of its own is rare, and what operators look for: one that completes plainly never has it.
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_REMARKABLE varchar(1)
    generated always as (case when STATUS = 'COMPLETED' and EXIT_CODE <> 'COMPLETED' and EXIT_CODE <> '' then 'Y' end); -- H2
    generated always as (case when STATUS = 'COMPLETED' and EXIT_CODE <> 'COMPLETED' and EXIT_CODE <> '' then 'Y' end) stored; -- PostgreSQL
create index if not exists REPRISE_REMARKABLE_EXECUTIONS
    on BATCH_JOB_EXECUTION (REPRISE_APPLICATION, REPRISE_REMARKABLE, JOB_EXECUTION_ID); -- H2
    on BATCH_JOB_EXECUTION (REPRISE_APPLICATION, REPRISE_REMARKABLE, JOB_EXECUTION_ID) where REPRISE_REMARKABLE is not null; -- PostgreSQL

-- What somebody knows of that needs a person, and until when nobody need be told again. The newest row of a key counts. Rows
-- whose time is over are deleted with the next one.
create table if not exists REPRISE_ACKNOWLEDGEMENT (
    ACKNOWLEDGEMENT_ID bigint generated always as identity primary key,
    ATTENTION_KEY varchar(64) not null,
    JOB_NAME varchar(100),
    CALLER varchar(250) not null,
    NOTE varchar(1000),
    ACKNOWLEDGED_AT timestamp with time zone not null,
    UNTIL_AT timestamp with time zone not null
);
create index if not exists REPRISE_ACKNOWLEDGEMENTS_OF_KEY on REPRISE_ACKNOWLEDGEMENT (ATTENTION_KEY, ACKNOWLEDGEMENT_ID);
create index if not exists REPRISE_ACKNOWLEDGEMENTS_BY_END on REPRISE_ACKNOWLEDGEMENT (UNTIL_AT);
