-- The six tables and three sequences of Spring Batch 6 (semantics.md §7), with its names, columns and meanings.
-- What the engine needs beside them stands in nullable columns named REPRISE_… and in tables of our own.

create table BATCH_JOB_INSTANCE (
    JOB_INSTANCE_ID bigint not null primary key,
    VERSION bigint,
    JOB_NAME varchar(100) not null,
    JOB_KEY varchar(32) not null,
    constraint JOB_INST_UN unique (JOB_NAME, JOB_KEY)
);
create index REPRISE_INSTANCES_OF_JOB on BATCH_JOB_INSTANCE (JOB_NAME, JOB_INSTANCE_ID);

create table BATCH_JOB_EXECUTION (
    JOB_EXECUTION_ID bigint not null primary key,
    VERSION bigint,
    JOB_INSTANCE_ID bigint not null,
    CREATE_TIME timestamp(9) not null, -- H2
    CREATE_TIME timestamp not null, -- PostgreSQL
    START_TIME timestamp(9), -- H2
    START_TIME timestamp, -- PostgreSQL
    END_TIME timestamp(9), -- H2
    END_TIME timestamp, -- PostgreSQL
    STATUS varchar(10),
    EXIT_CODE varchar(2500),
    EXIT_MESSAGE varchar(2500),
    LAST_UPDATED timestamp(9), -- H2
    LAST_UPDATED timestamp, -- PostgreSQL
    -- the instance's, so that the newest executions of a job are one short index scan
    REPRISE_JOB_NAME varchar(100),
    REPRISE_SUBMITTER varchar(250),
    -- the node that took it
    REPRISE_NODE varchar(250),
    -- where a restart of this execution begins: set by <stop restart="…">, inherited until a restart got past it
    REPRISE_RESTART_POSITION varchar(100),
    constraint JOB_INST_EXEC_FK foreign key (JOB_INSTANCE_ID) references BATCH_JOB_INSTANCE (JOB_INSTANCE_ID)
);
create index REPRISE_EXECUTIONS_OF_INSTANCE on BATCH_JOB_EXECUTION (JOB_INSTANCE_ID, JOB_EXECUTION_ID);
create index REPRISE_EXECUTIONS_OF_JOB on BATCH_JOB_EXECUTION (REPRISE_JOB_NAME, JOB_EXECUTION_ID);

create table BATCH_JOB_EXECUTION_PARAMS (
    JOB_EXECUTION_ID bigint not null,
    PARAMETER_NAME varchar(100) not null,
    PARAMETER_TYPE varchar(100) not null,
    PARAMETER_VALUE varchar(2500),
    IDENTIFYING char(1) not null,
    constraint JOB_EXEC_PARAMS_FK foreign key (JOB_EXECUTION_ID) references BATCH_JOB_EXECUTION (JOB_EXECUTION_ID)
);
create index REPRISE_PARAMS_OF_EXECUTION on BATCH_JOB_EXECUTION_PARAMS (JOB_EXECUTION_ID, PARAMETER_NAME);

create table BATCH_STEP_EXECUTION (
    STEP_EXECUTION_ID bigint not null primary key,
    -- the fence: every update of a running step names the version it knows; taking an execution over raises it
    VERSION bigint not null,
    STEP_NAME varchar(100) not null,
    JOB_EXECUTION_ID bigint not null,
    CREATE_TIME timestamp(9) not null, -- H2
    CREATE_TIME timestamp not null, -- PostgreSQL
    START_TIME timestamp(9), -- H2
    START_TIME timestamp, -- PostgreSQL
    END_TIME timestamp(9), -- H2
    END_TIME timestamp, -- PostgreSQL
    STATUS varchar(10),
    COMMIT_COUNT bigint,
    READ_COUNT bigint,
    FILTER_COUNT bigint,
    WRITE_COUNT bigint,
    READ_SKIP_COUNT bigint,
    WRITE_SKIP_COUNT bigint,
    PROCESS_SKIP_COUNT bigint,
    ROLLBACK_COUNT bigint,
    EXIT_CODE varchar(2500),
    EXIT_MESSAGE varchar(2500),
    LAST_UPDATED timestamp(9), -- H2
    LAST_UPDATED timestamp, -- PostgreSQL
    -- a partition's row: its number, and the row of its step
    REPRISE_PARTITION integer,
    REPRISE_PARTITION_OF bigint,
    -- Java serialization
    REPRISE_READER_CHECKPOINT binary large object, -- H2
    REPRISE_READER_CHECKPOINT bytea, -- PostgreSQL
    REPRISE_WRITER_CHECKPOINT binary large object, -- H2
    REPRISE_WRITER_CHECKPOINT bytea, -- PostgreSQL
    REPRISE_USER_DATA binary large object, -- H2
    REPRISE_USER_DATA bytea, -- PostgreSQL
    constraint JOB_EXEC_STEP_FK foreign key (JOB_EXECUTION_ID) references BATCH_JOB_EXECUTION (JOB_EXECUTION_ID)
); -- H2
) with (fillfactor = 70); -- PostgreSQL
create index REPRISE_STEPS_OF_EXECUTION on BATCH_STEP_EXECUTION (JOB_EXECUTION_ID, STEP_NAME);

create table BATCH_STEP_EXECUTION_CONTEXT (
    STEP_EXECUTION_ID bigint not null primary key,
    SHORT_CONTEXT varchar(2500) not null,
    SERIALIZED_CONTEXT character large object, -- H2
    SERIALIZED_CONTEXT text, -- PostgreSQL
    constraint STEP_EXEC_CTX_FK foreign key (STEP_EXECUTION_ID) references BATCH_STEP_EXECUTION (STEP_EXECUTION_ID)
);

create table BATCH_JOB_EXECUTION_CONTEXT (
    JOB_EXECUTION_ID bigint not null primary key,
    SHORT_CONTEXT varchar(2500) not null,
    SERIALIZED_CONTEXT character large object, -- H2
    SERIALIZED_CONTEXT text, -- PostgreSQL
    constraint JOB_EXEC_CTX_FK foreign key (JOB_EXECUTION_ID) references BATCH_JOB_EXECUTION (JOB_EXECUTION_ID)
);

-- Without a cache, whose unused numbers a killed server would leave out. -- H2
create sequence BATCH_STEP_EXECUTION_SEQ no cache; -- H2
create sequence BATCH_JOB_EXECUTION_SEQ no cache; -- H2
create sequence BATCH_JOB_INSTANCE_SEQ no cache; -- H2
create sequence BATCH_STEP_EXECUTION_SEQ; -- PostgreSQL
create sequence BATCH_JOB_EXECUTION_SEQ; -- PostgreSQL
create sequence BATCH_JOB_INSTANCE_SEQ; -- PostgreSQL

-- One row per process that runs an application. Dead: no heartbeat for the lease time, none at all (it left), or a
-- newer incarnation of the same name.
create table REPRISE_NODE (
    APPLICATION varchar(100) not null,
    NODE_ID varchar(250) not null,
    INCARNATION bigint not null,
    STARTED_AT timestamp with time zone not null,
    HEARTBEAT_AT timestamp with time zone,
    constraint REPRISE_NODE_PK primary key (APPLICATION, NODE_ID)
); -- H2
) with (fillfactor = 70); -- PostgreSQL

-- One row per running instance, inserted with its execution and deleted with its end: running means to have an owner.
-- The primary key is the mutual exclusion.
create table REPRISE_OWNER (
    JOB_INSTANCE_ID bigint not null,
    JOB_EXECUTION_ID bigint not null,
    APPLICATION varchar(100) not null,
    NODE_ID varchar(250) not null,
    INCARNATION bigint not null,
    ACQUIRED_AT timestamp with time zone not null,
    constraint REPRISE_OWNER_PK primary key (JOB_INSTANCE_ID),
    constraint REPRISE_OWNER_UN unique (JOB_EXECUTION_ID),
    constraint REPRISE_OWNER_FK foreign key (JOB_INSTANCE_ID) references BATCH_JOB_INSTANCE (JOB_INSTANCE_ID)
);
create index REPRISE_OWNED_BY_NODE on REPRISE_OWNER (APPLICATION, NODE_ID);

-- The whole stack trace; BATCH_STEP_EXECUTION.EXIT_MESSAGE holds its beginning.
create table REPRISE_EXCEPTION (
    STEP_EXECUTION_ID bigint not null primary key,
    STACK_TRACE character large object not null, -- H2
    STACK_TRACE text not null, -- PostgreSQL
    constraint REPRISE_EXCEPTION_FK foreign key (STEP_EXECUTION_ID) references BATCH_STEP_EXECUTION (STEP_EXECUTION_ID)
);
