-- Only a status that operators look for is indexed: one that completes never has it. -- H2
drop index if exists REPRISE_EXECUTIONS_BY_STATUS; -- H2
-- A status changes three times in the life of an execution, and while it stood in an index each change entered the new -- PostgreSQL
-- row into all of them. Only a status that operators look for is indexed now, and one that completes never has it. -- PostgreSQL
drop index if exists REPRISE_EXECUTIONS_UNFINISHED; -- PostgreSQL
drop index if exists REPRISE_EXECUTIONS_UNFINISHED_OF_JOB; -- PostgreSQL
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_UNFINISHED varchar(10)
    generated always as (case when STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN') then STATUS end); -- H2
    generated always as (case when STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN') then STATUS end) stored; -- PostgreSQL
create index if not exists REPRISE_UNFINISHED_EXECUTIONS on BATCH_JOB_EXECUTION (REPRISE_UNFINISHED, JOB_EXECUTION_ID); -- H2
create index if not exists REPRISE_UNFINISHED_EXECUTIONS -- PostgreSQL
    on BATCH_JOB_EXECUTION (REPRISE_UNFINISHED, JOB_EXECUTION_ID) where REPRISE_UNFINISHED is not null; -- PostgreSQL
create index if not exists REPRISE_UNFINISHED_EXECUTIONS_OF_JOB -- PostgreSQL
    on BATCH_JOB_EXECUTION (REPRISE_JOB_NAME, REPRISE_UNFINISHED, JOB_EXECUTION_ID) -- PostgreSQL
    where REPRISE_UNFINISHED is not null; -- PostgreSQL
-- Room for the new row beside the old one. -- PostgreSQL
alter table BATCH_JOB_EXECUTION set (fillfactor = 80); -- PostgreSQL
