"""A company whose truth is known: the sample data, and the judge of every method.

company.yml holds what is particular about it; population says who its customers are and what they would answer, life
lets them be served, buy and leave, fieldwork asks some of them, trade, leads, office and comments fill the other tables, dirt
spoils some rows, truth keeps what is true, files writes.
"""

from csat_analysis.simulation.company import PERIODS, Company, simulate_company
from csat_analysis.simulation.files import company_files, write_company
from csat_analysis.simulation.truth import Truth

__all__ = ["PERIODS", "Company", "Truth", "company_files", "simulate_company", "write_company"]
