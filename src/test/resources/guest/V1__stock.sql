create table STOCK (NAME varchar(20));
insert into STOCK values ('lamp'), ('table');
