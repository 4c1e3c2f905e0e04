"""What entities of the capacity tariff have in common."""

from typing import override

from homeassistant.helpers.entity import EntityDescription

from .capacity.figures import Figures
from .coordinator import DigimonCoordinator
from .entity import DigimonEntity
from .tariff import Tariff


class TariffEntity(DigimonEntity):
    """Something that follows from what the meter says, and from what was chosen."""

    def __init__(self, coordinator: DigimonCoordinator, tariff: Tariff, description: EntityDescription) -> None:
        super().__init__(coordinator, description)
        self.tariff = tariff

    @property
    def figures(self) -> Figures:
        """Of the last poll."""
        return self.tariff.figures


class QuarterEntity(TariffEntity):
    """Something of the running quarter: unknown as soon as the meter is not heard."""

    @property
    @override
    def available(self) -> bool:
        return super().available and self.figures.forecast is not None
