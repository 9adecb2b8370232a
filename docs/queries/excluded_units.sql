-- Units that are no part of the analysis. Grain: one row in all.
select
    (select count(*) from intermediate.int_bots) as bots,
    (select count(*) from intermediate.int_contaminated) as in_two_variants,
    (select count(*) from marts.fct_experiment_units) as analysed
