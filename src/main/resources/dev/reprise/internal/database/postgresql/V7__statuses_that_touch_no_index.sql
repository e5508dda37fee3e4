-- A status changes three times in the life of an execution, and while it stood in an index each change entered the new
-- row into all of them. Only a status that operators look for is indexed now, and one that completes never has it.
drop index if exists REPRISE_EXECUTIONS_UNFINISHED;
drop index if exists REPRISE_EXECUTIONS_UNFINISHED_OF_JOB;
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_UNFINISHED varchar(10)
    generated always as (case when STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN') then STATUS end) stored;
create index if not exists REPRISE_UNFINISHED_EXECUTIONS
    on BATCH_JOB_EXECUTION (REPRISE_UNFINISHED, JOB_EXECUTION_ID) where REPRISE_UNFINISHED is not null;
create index if not exists REPRISE_UNFINISHED_EXECUTIONS_OF_JOB
    on BATCH_JOB_EXECUTION (REPRISE_JOB_NAME, REPRISE_UNFINISHED, JOB_EXECUTION_ID)
    where REPRISE_UNFINISHED is not null;
-- Room for the new row beside the old one.
alter table BATCH_JOB_EXECUTION set (fillfactor = 80);
