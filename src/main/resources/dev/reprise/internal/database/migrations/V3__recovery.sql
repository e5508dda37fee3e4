-- Of a node: the process and the host behind its name; the interval of its reports; by what name its sessions can be
-- found in the database; and when its incarnation before this one reported last.
alter table REPRISE_NODE add column if not exists PROCESS varchar(250);
alter table REPRISE_NODE add column if not exists HEARTBEAT_MILLIS bigint;
alter table REPRISE_NODE add column if not exists SESSION_NAME varchar(250);
alter table REPRISE_NODE add column if not exists LAST_SEEN_AT timestamp with time zone;

-- How many restarts by recovery led to this execution, one right after the other.
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_RECOVERIES integer;

-- One row per execution that is to be restarted without anybody asking: its node died, its database was away, or its
-- server stopped. Whoever restarts the instance first makes the row void. Its node is the one that is about to do it.
create table if not exists REPRISE_RESTART (
    JOB_INSTANCE_ID bigint not null,
    JOB_EXECUTION_ID bigint not null,
    APPLICATION varchar(100) not null,
    ATTEMPT integer not null,
    NOT_BEFORE timestamp with time zone not null,
    NODE_ID varchar(250),
    INCARNATION bigint,
    constraint REPRISE_RESTART_PK primary key (JOB_INSTANCE_ID),
    constraint REPRISE_RESTART_FK foreign key (JOB_INSTANCE_ID) references BATCH_JOB_INSTANCE (JOB_INSTANCE_ID)
);
create index if not exists REPRISE_RESTARTS_OF_APPLICATION on REPRISE_RESTART (APPLICATION);
