-- Who did what, when, from where. Rows are only ever added: the application's database user needs no update or delete.
create table if not exists REPRISE_AUDIT (
    AUDIT_ID bigint generated always as identity primary key,
    APPLICATION varchar(100) not null,
    RECORDED_AT timestamp with time zone not null,
    CALLER varchar(250) not null,
    ADDRESS varchar(250),
    ACTION varchar(20) not null,
    JOB_NAME varchar(100),
    JOB_INSTANCE_ID bigint,
    JOB_EXECUTION_ID bigint,
    OUTCOME varchar(20) not null,
    DETAIL varchar(2500)
);
create index if not exists REPRISE_AUDIT_OF_CALLER on REPRISE_AUDIT (CALLER, AUDIT_ID);
create index if not exists REPRISE_AUDIT_OF_EXECUTION on REPRISE_AUDIT (JOB_EXECUTION_ID, AUDIT_ID);

-- For the searches of operators.
create index if not exists REPRISE_EXECUTIONS_OF_NODE on BATCH_JOB_EXECUTION (REPRISE_NODE, JOB_EXECUTION_ID);
create index if not exists REPRISE_EXECUTIONS_BY_TIME on BATCH_JOB_EXECUTION (CREATE_TIME);
