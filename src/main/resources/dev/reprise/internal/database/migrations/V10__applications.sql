-- Whose an instance is: the application that ran it last. Empty (Spring Batch's, and what is older than this column):
-- nobody's, until an application runs it. An execution has its instance's, so that each list is a short index scan.
alter table BATCH_JOB_INSTANCE add column if not exists REPRISE_APPLICATION varchar(100) default '';
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_APPLICATION varchar(100) default '';

create index if not exists REPRISE_INSTANCES_OF_APPLICATION
    on BATCH_JOB_INSTANCE (REPRISE_APPLICATION, JOB_NAME, JOB_INSTANCE_ID);
create index if not exists REPRISE_EXECUTIONS_OF_APPLICATION
    on BATCH_JOB_EXECUTION (REPRISE_APPLICATION, JOB_EXECUTION_ID);
drop index if exists REPRISE_EXECUTIONS_OF_JOB;
create index REPRISE_EXECUTIONS_OF_JOB on BATCH_JOB_EXECUTION (REPRISE_APPLICATION, REPRISE_JOB_NAME, JOB_EXECUTION_ID);
drop index if exists REPRISE_EXECUTIONS_OF_NODE;
create index REPRISE_EXECUTIONS_OF_NODE on BATCH_JOB_EXECUTION (REPRISE_APPLICATION, REPRISE_NODE, JOB_EXECUTION_ID);

create index if not exists REPRISE_AUDIT_OF_APPLICATION on REPRISE_AUDIT (APPLICATION, AUDIT_ID);
drop index if exists REPRISE_AUDIT_OF_CALLER;
create index REPRISE_AUDIT_OF_CALLER on REPRISE_AUDIT (APPLICATION, CALLER, AUDIT_ID);

-- What is counted is counted anew, for each application.
drop table if exists REPRISE_TALLY;
create table REPRISE_TALLY (
    APPLICATION varchar(100) default '' not null,
    JOB_NAME varchar(100) not null,
    COUNTED_TO bigint not null,
    COUNTED bigint not null,
    constraint REPRISE_TALLY_PK primary key (APPLICATION, JOB_NAME)
);
