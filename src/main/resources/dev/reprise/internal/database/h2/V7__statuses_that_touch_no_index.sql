-- Only a status that operators look for is indexed: one that completes never has it.
drop index if exists REPRISE_EXECUTIONS_BY_STATUS;
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_UNFINISHED varchar(10)
    generated always as (case when STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN') then STATUS end);
create index if not exists REPRISE_UNFINISHED_EXECUTIONS on BATCH_JOB_EXECUTION (REPRISE_UNFINISHED, JOB_EXECUTION_ID);
